"""Counts of reports at every zoom, kept as reports come and change, so that no map has to count them again.

A trigger on `reports` appends what each change adds and takes away (`density_deltas`), in the same transaction and
without a lock that two of them would share; the worker folds these into blocks of packed numbers (`density_blocks`);
whoever reads adds both up in one statement, so that the sum is right at every moment.
"""
