import "rangeload/element";
import { createApp } from "vue";
import Link from "./Link.vue";

createApp(Link, { id: "bound", connections: 2 }).mount("#app");
