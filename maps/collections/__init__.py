"""What OGC API – Features offers: collections of features, each a select of public columns, and questions to them."""
