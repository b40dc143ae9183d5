import vue from "@vitejs/plugin-vue";

const isCustomElement = (tag) => tag === "rangeload-link";

export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] };
