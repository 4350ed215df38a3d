"""One log in, one frozen result out: discovery, conformance, bottlenecks."""
