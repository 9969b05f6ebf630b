"""What people read afterwards: feedback, report, exports, tables."""
