"""What those who build Handoff make things with; no part of the product."""
