"""The pages of the control room: the tower, and the planning."""
