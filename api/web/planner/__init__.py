"""The planner's pages: data out, in any format and CRS."""
