// Built under this name beside the page's script, it is where the package looks for its worker.
import "rangeload/worker";
