"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2), with the updates that FixMyStreet added to it."""
