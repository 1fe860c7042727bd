// Something else that is a shared library.
extern "C" int answer() { return 42; }
