"""What a person sees of reports and screens."""
