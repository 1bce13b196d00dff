"""Trails, partitioned by day: partitions are made and dropped as days come and go (`tracking/actions/trails.py`)."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import echauffeur.common.models

TABLE = """
CREATE TABLE tracking_trailpoint (
    driver_id bigint NOT NULL,
    at timestamptz NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    accuracy smallint CHECK (accuracy >= 0),
    heading smallint CHECK (heading >= 0),
    PRIMARY KEY (driver_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX trail_by_time ON tracking_trailpoint USING brin (at);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("drivers", "0003_warned_of_ends"),
        ("tracking", "0002_basemap_drawn_at"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, "DROP TABLE tracking_trailpoint")],
            state_operations=[
                migrations.CreateModel(
                    name="TrailPoint",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "driver_id", "at", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("latitude", echauffeur.common.models.LatitudeField(verbose_name="latitude")),
                        ("longitude", echauffeur.common.models.LongitudeField(verbose_name="longitude")),
                        ("accuracy", models.PositiveSmallIntegerField(null=True, verbose_name="accuracy")),
                        ("heading", models.PositiveSmallIntegerField(null=True, verbose_name="heading")),
                        (
                            "driver",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="trail",
                                to="drivers.driver",
                                verbose_name="driver",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "point of a trail",
                        "verbose_name_plural": "points of trails",
                        "indexes": [django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="trail_by_time")],
                    },
                ),
            ],
        ),
    ]
