"""The demo's bases: true towns at their true coordinates; places, numbers and streets are made up or public."""

from dataclasses import dataclass

from echauffeur.bases.models import PlaceKind as K
from echauffeur.demo.town.drawing import Plan


@dataclass(frozen=True)
class Spot:
    """A place to put on the map. ``zone`` says where: gate, base, quay, town or edge."""

    zone: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class BaseSpec:
    """One base of the demo. ``phone`` lacks its last two digits; numbers come from ranges reserved for fiction."""

    name: str
    plan: Plan
    phone: str
    drivers: int
    rides_a_day: float
    round_the_clock: bool
    spots: tuple[Spot, ...]
    fleet: str = "zoe zoe kangoo trafic tpmr"

    @property
    def code(self) -> str:
        return self.plan.code


STREETS = (
    "Rue du Lavoir", "Rue des Tilleuls", "Rue de la Corderie", "Rue Neuve", "Rue des Lilas", "Avenue du Général",
    "Rue de la Fontaine", "Rue du Moulin", "Rue des Écoles", "Boulevard du Parc", "Rue de la Paix", "Rue des Jardins",
    "Rue du Château", "Rue de l’Église", "Avenue de la Gare", "Rue des Marronniers", "Rue du Vieux Puits",
)  # fmt: skip

NORTH_GATE = Spot(
    "gate",
    K.GATE,
    "Porte Nord",
    ("Entrée nord", "PN"),
    "Badge à présenter au poste. Dépose à droite.",
)
MAIN_GATE = Spot(
    "gate", K.GATE, "Porte Principale", ("Entrée principale", "Accueil"), "S’arrêter au parking visiteurs."
)
WEST_GATE = Spot("gate", K.GATE, "Porte Ouest", ("Entrée ouest",), "Fermée aux piétons la nuit.")
DITCH_GATE = Spot("gate", K.GATE, "Porte des Douves", ("Entrée des douves",), "Badge à présenter au poste.")
MESS = Spot("base", K.MESS, "Mess", ("Restaurant", "Cercle"), "Arrêt devant l’entrée principale.")
CLINIC = Spot("base", K.MEDICAL, "Antenne médicale", ("Infirmerie", "CMA"), "Accès fauteuil par la rampe, côté cour.")
OFFICES = Spot("base", K.OFFICE, "Bâtiment de commandement", ("PC", "Commandement"))
SUPPORT = Spot("base", K.OFFICE, "Bâtiment du soutien", ("GSBdD", "Soutien"))
LODGING = Spot("base", K.LODGING, "Hébergement Cadres", ("Bâtiment cadres", "Hôtellerie"))
GARAGE = Spot("base", K.WORKSHOP, "Garage", ("Atelier auto", "Parc auto"))
GYM = Spot("base", K.SPORT, "Gymnase", ("Salle de sport", "Stade"))
PILOTS_GATE = Spot("gate", K.GATE, "Porte des Aviateurs", ("Entrée ouest",), "Badge à présenter au poste.")
INLAND = (NORTH_GATE, MAIN_GATE, MESS, CLINIC, OFFICES, SUPPORT, LODGING, GARAGE, GYM)


def station(town: str) -> Spot:
    return Spot("town", K.STATION, f"Gare de {town}", ("Gare SNCF", "Train"), "Dépose-minute, côté parvis.")


def hospital(name: str) -> Spot:
    return Spot("town", K.MEDICAL, name, ("Hôpital", "Urgences"), "Entrée des consultations.")


def town_hall(of: str) -> Spot:
    return Spot("town", K.OTHER, f"Mairie de {of}", ("Hôtel de ville", "Centre-ville"))


def _plan(
    code: str, latitude: float, longitude: float, *, sea: str = "", river: bool = False, runway: bool = False
) -> Plan:
    return Plan(code, latitude, longitude, sea, river, runway, STREETS)


BASES = [
    BaseSpec(
        "Brest", _plan("brest", 48.3838, -4.4960, sea="south", river=True), "02619110",
        drivers=16, rides_a_day=19, round_the_clock=True,
        spots=(
            NORTH_GATE, MAIN_GATE, WEST_GATE,
            Spot("gate", K.GATE, "Porte Est", ("Entrée est", "Corderie")),
            Spot("quay", K.QUAY, "Quai de l’Artimon", ("Quai 1", "Artimon"), "Casque après la ligne jaune."),
            Spot("quay", K.QUAY, "Quai du Cabestan", ("Quai 2", "Cabestan")),
            Spot("quay", K.QUAY, "Quai des Vigies", ("Quai 3", "Vigies")),
            Spot("quay", K.QUAY, "Môle des Rameurs", ("Môle Est",)),
            MESS, CLINIC, OFFICES, SUPPORT, LODGING, GARAGE, GYM,
            Spot("base", K.OFFICE, "École de navigation", ("École", "Instruction")),
            station("Brest"), hospital("Hôpital de la Rade"), town_hall("Brest"),
            Spot("edge", K.AIRFIELD, "Navette de l’aéroport", ("Aéroport", "Avion"), "Arrêt de la navette, quai B."),
            Spot("edge", K.LODGING, "Résidence des Ajoncs", ("Ajoncs",)),
        ),
        fleet="zoe zoe zoe suv kangoo kangoo trafic trafic tpmr master minibus coach",
    ),
    BaseSpec(
        "Toulon", _plan("toulon", 43.1180, 5.9200, sea="south"), "04657110",
        drivers=14, rides_a_day=15, round_the_clock=True,
        spots=(
            NORTH_GATE, MAIN_GATE, WEST_GATE,
            Spot("quay", K.QUAY, "Quai du Mistral", ("Quai 1", "Mistral")),
            Spot("quay", K.QUAY, "Quai des Goélands", ("Quai 2",)),
            Spot("quay", K.QUAY, "Môle du Levant", ("Levant",)),
            MESS, CLINIC, OFFICES, SUPPORT, LODGING, GARAGE,
            station("Toulon"), hospital("Hôpital des Pins"), town_hall("Toulon"),
        ),
        fleet="zoe zoe suv kangoo trafic tpmr minibus",
    ),
    BaseSpec(
        "Cherbourg", _plan("cherbourg", 49.6480, -1.6350, sea="north"), "02619120",
        drivers=11, rides_a_day=9, round_the_clock=True,
        spots=(
            DITCH_GATE, MAIN_GATE,
            Spot("quay", K.QUAY, "Quai du Phare", ("Quai 1", "Phare")),
            Spot("quay", K.QUAY, "Quai des Sternes", ("Quai 2",)),
            MESS, CLINIC, OFFICES, SUPPORT, LODGING, GARAGE,
            station("Cherbourg"), hospital("Hôpital du Cotentin"), town_hall("Cherbourg"),
        ),
        fleet="zoe zoe kangoo trafic tpmr minibus",
    ),
    BaseSpec(
        "Rochefort", _plan("rochefort", 45.9370, -0.9620, river=True), "05364910",
        drivers=9, rides_a_day=6, round_the_clock=False,
        spots=(*INLAND, Spot("base", K.OFFICE, "École de maintenance", ("École",)), station("Rochefort"),
         hospital("Clinique de la Charente"), Spot("edge", K.AIRFIELD, "Terrain d’aviation", ("Piste",))),
    ),
    BaseSpec(
        "La Rochelle", _plan("la-rochelle", 46.1600, -1.1700, sea="west"), "05364920",
        drivers=9, rides_a_day=6, round_the_clock=False,
        spots=(DITCH_GATE, *INLAND[1:], Spot("quay", K.QUAY, "Quai des Tamaris", ("Quai 1",)), station("La Rochelle"),
         hospital("Hôpital de l’Aunis"), town_hall("La Rochelle")),
    ),
    BaseSpec(
        "Lille", _plan("lille", 50.6400, 3.0600, river=True), "03530110",
        drivers=9, rides_a_day=7, round_the_clock=False,
        spots=(*INLAND, Spot("base", K.OFFICE, "Quartier des Beffrois", ("Beffrois",)), station("Lille"),
         hospital("Hôpital des Flandres"), town_hall("Lille")),
    ),
    BaseSpec(
        "Évreux", _plan("evreux", 49.0240, 1.1510, runway=True), "02619130",
        drivers=8, rides_a_day=5, round_the_clock=False,
        spots=(PILOTS_GATE, *INLAND[1:], Spot("base", K.AIRFIELD, "Aérogare militaire", ("Aérogare", "Escale")),
         station("Évreux"), hospital("Hôpital de l’Iton"), town_hall("Évreux")),
    ),
    BaseSpec(
        "Cognac", _plan("cognac", 45.6950, -0.3290, river=True, runway=True), "05364930",
        drivers=7, rides_a_day=4, round_the_clock=False,
        spots=(PILOTS_GATE, *INLAND[1:], Spot("base", K.AIRFIELD, "Opérations aériennes", ("Piste",)),
         station("Cognac"), hospital("Hôpital des Borderies"), town_hall("Cognac")),
    ),
    BaseSpec(
        "Besançon", _plan("besancon", 47.2380, 6.0240, river=True), "03530120",
        drivers=8, rides_a_day=5, round_the_clock=False,
        spots=(*INLAND, Spot("base", K.OFFICE, "Quartier des Remparts", ("État-major",)), station("Besançon"),
         hospital("Hôpital du Doubs"), town_hall("Besançon")),
    ),
    BaseSpec(
        "Paris–Arcueil", _plan("paris-arcueil", 48.8050, 2.3360), "01990010",
        drivers=10, rides_a_day=8, round_the_clock=False,
        spots=(*INLAND, Spot("town", K.STATION, "Gare d’Arcueil", ("RER B", "Gare SNCF")),
         Spot("town", K.STATION, "Arrêt de la navette", ("Navette",)), hospital("Hôpital du Val"),
         town_hall("Arcueil")),
        fleet="zoe zoe kangoo tpmr minibus",
    ),
]  # fmt: skip
