"""From a submission to a mark: laid over the lesson, run, judged, kept, written to the gradebook."""
