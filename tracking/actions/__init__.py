"""Every write of tracking: positions that come in, and the maps they are shown on."""
