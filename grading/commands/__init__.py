"""The `course` command, group by group; each command is one call into the package."""
