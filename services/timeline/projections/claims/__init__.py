"""What is said of each event, by whom and where: one row a claim."""
