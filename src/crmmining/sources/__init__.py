"""How events come in: the only readers of CRM exports."""
