/** The engine in a thread of its own. @module */
import { serve } from "./engine.js";

serve(self);
