"""Every version that the tables have had, one file each; a file is never changed afterwards."""
