"""Plays the people of Brest through the site's public interfaces alone: its pages, their forms, its sockets."""
