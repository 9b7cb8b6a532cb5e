"""The register of agencies: by which names they are known, who belongs to a group, who inherits from whom."""
