"""What a scanner, a fax, a photocopier, a seal or a phone does to a whole page."""
