// Files of a form, each sent by a request of its own as soon as it is chosen or dropped. What is kept stands in the form as
// a box with its reference; unticked or removed, it is not sent with the form. Without this script the plain field does it all.
(function () {
  "use strict";
  if (window.uploadsAreReady) return; // a page with two fields asks for the script twice
  window.uploadsAreReady = true;

  function element(tag, given, text) {
    var made = document.createElement(tag);
    Object.keys(given || {}).forEach(function (name) { made.setAttribute(name, given[name]); });
    if (text) made.textContent = text;
    return made;
  }

  function start(box) {
    var input = box.querySelector("input[type=file]");
    var list = box.querySelector(".uploads");
    var told = box.querySelector(".upload-told");
    var form = input.form;
    var words = box.dataset;
    var running = 0;
    var isAsked = false;
    var count = 0;

    box.classList.add("upload-ready");
    box.appendChild(element("p", { "class": "upload-drop", "aria-hidden": "true" }, words.drop));

    function say(text) { told.textContent = text; }

    function ended() {
      running -= 1;
      if (running === 0 && isAsked) {
        isAsked = false;
        if (!list.querySelector(".upload-failed")) form.requestSubmit();
        else say("");
      }
    }

    function row(file) {
      var line = element("li", {});
      line.appendChild(element("span", { "class": "upload-name" }, file.name));
      list.appendChild(line);
      return line;
    }

    function button(line, text, name, act) {
      var made = element("button", { type: "button", "class": "plain", "aria-label": text + ": " + name }, text);
      made.addEventListener("click", act);
      line.appendChild(made);
      return made;
    }

    function fail(line, file, text, mayRetry) {
      line.className = "upload-failed";
      line.textContent = "";
      line.appendChild(element("span", { "class": "upload-name" }, file.name));
      line.appendChild(element("span", { "class": "upload-error", role: "alert" }, text));
      if (mayRetry) button(line, words.again, file.name, function () { send(file, line); });
      button(line, words.remove, file.name, function () { line.remove(); input.focus(); });
    }

    function keep(line, answer) {
      count += 1;
      var id = input.id + "-kept-" + count;
      line.className = "upload-kept";
      line.textContent = "";
      line.appendChild(element("input", { type: "hidden", name: words.name, value: answer.reference, id: id }));
      line.appendChild(element("span", { "class": "upload-name" }, answer.name));
      line.appendChild(element("span", { "class": "soft" }, answer.size + ", " + words.sent));
      button(line, words.remove, answer.name, function () { line.remove(); input.focus(); });
      say(answer.name + ": " + words.sent);
    }

    function send(file, line) {
      line.className = "";
      line.textContent = "";
      line.appendChild(element("span", { "class": "upload-name" }, file.name));
      var bar = element("progress", { max: "100", value: "0", "aria-label": file.name });
      line.appendChild(bar);
      var body = new FormData();
      body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      body.append("file", file, file.name);
      var request = new XMLHttpRequest();
      request.open("POST", words.upload);
      request.responseType = "json";
      request.timeout = 10 * 60 * 1000;
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) bar.value = Math.round(100 * event.loaded / event.total);
      });
      request.addEventListener("load", function () {
        var answer = request.response || {};
        if (request.status === 201) keep(line, answer);
        else fail(line, file, answer.error || words.failed, !answer.error || request.status === 503);
        ended();
      });
      ["error", "timeout", "abort"].forEach(function (name) {
        request.addEventListener(name, function () { fail(line, file, words.failed, true); ended(); });
      });
      running += 1;
      request.send(body);
    }

    function take(files) {
      var most = Number(words.most);
      Array.prototype.forEach.call(files, function (file) {
        if (list.children.length >= most) { say(words.tooMany); return; }
        var line = row(file);
        if (file.size > Number(words.bytes)) fail(line, file, words.tooLarge, false);
        else send(file, line);
      });
    }

    input.addEventListener("change", function () {
      var files = Array.prototype.slice.call(input.files);
      input.value = "";
      take(files);
    });
    ["dragenter", "dragover"].forEach(function (name) {
      box.addEventListener(name, function (event) { event.preventDefault(); box.classList.add("upload-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      box.addEventListener(name, function () { box.classList.remove("upload-over"); });
    });
    box.addEventListener("drop", function (event) { event.preventDefault(); take(event.dataTransfer.files); });
    form.addEventListener("submit", function (event) {
      if (running === 0) return;
      event.preventDefault();
      isAsked = true;
      say(words.waiting);
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-upload]"), start);
})();
