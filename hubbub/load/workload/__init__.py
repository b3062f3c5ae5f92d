"""What users publish, when, and where: schedules, rooms, texts, targets."""
