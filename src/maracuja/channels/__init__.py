"""One file per vendor: our records to and from its wire format, without a socket."""
