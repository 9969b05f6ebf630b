"""Networks in torch, one family a file; `course_lib` itself never imports torch."""
