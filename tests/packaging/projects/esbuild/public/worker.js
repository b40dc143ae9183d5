// The project's own worker. That it stands where a bundle would look for one is no accident.
onmessage = ({ data }) => postMessage(data);
