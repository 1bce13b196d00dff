"""What the pages need to know, from the rows up: missions and means, what is feasible, the tower, a driver's day."""
