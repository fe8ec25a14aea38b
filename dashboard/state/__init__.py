"""One reader's session: what is chosen, who looks, what is kept for the next click. No page is drawn here."""
