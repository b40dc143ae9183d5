// A worker of the package that hears what another tab has removed a second after its lock.
import "/pkg/rangeload-worker.js";

const { addEventListener } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (type, listener, ...options) {
  if (!(this instanceof BroadcastChannel)) return addEventListener.call(this, type, listener, ...options);
  const late = (event) => {
    const removed = event.data.snapshot?.state === "removed";
    setTimeout(() => listener.call(this, event), removed ? 1000 : 0);
  };
  return addEventListener.call(this, type, late, ...options);
};
