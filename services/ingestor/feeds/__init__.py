"""What is looked at again and again: feeds, and folders into which others put files."""
