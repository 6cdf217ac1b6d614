"""The page: a film that waits for answers and lets its reader look inside its numbers."""
