// Import maps do not reach into workers.
import { download, downloads } from "../node_modules/rangeload/index.js";
import { run } from "./page.js";

onmessage = ({ data }) => run({ download, downloads }, data, (status) => postMessage(status));
