"""HTTP: ingest, management, links and the pages that customers see."""
