"""Every write of drivers: who they are (`crew`), and when they are on duty and away."""
