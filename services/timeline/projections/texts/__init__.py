"""What can be searched for in an event: its names, and the words of its quotes."""
