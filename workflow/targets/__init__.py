"""What a directive aims at in figures: indicators with their targets and actual values, and the money that is meant for it."""
