"""`make nights`: the service through a year, fifty kills and a thousand nights."""
