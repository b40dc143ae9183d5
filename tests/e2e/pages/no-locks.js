// What a browser gives to pages without TLS: no locks. To be imported before the package.
Object.defineProperty(Object.getPrototypeOf(navigator), "locks", { value: undefined });
