"""The whole service on one machine: no Docker, no root, nothing to install first. Standard library only."""
