"""Maps of processes and models: graph, layout, scene, and painters; nothing is imported here."""
