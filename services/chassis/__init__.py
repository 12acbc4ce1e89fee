"""What every service stands on. It knows nothing of news: a bakery's services could use it unchanged."""
