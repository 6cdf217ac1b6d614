"""Pictures that several scenes share."""
