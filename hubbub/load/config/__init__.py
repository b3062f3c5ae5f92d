"""All that a run is told: options, objectives, the plan that all workers share."""
