/** @type {import("next").NextConfig} */
export default {
  output: "export",
  // Else it takes the outermost directory with a lock file for the project.
  turbopack: { root: import.meta.dirname },
};
