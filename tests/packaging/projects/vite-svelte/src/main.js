import "rangeload/element";
import { mount } from "svelte";
import Link from "./Link.svelte";

mount(Link, { target: document.getElementById("app"), props: { id: "bound", connections: 2 } });
