/* Draws the API's description; nothing leaves this server. */
window.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("swagger");
  window.SwaggerUIBundle({
    domNode: box,
    url: box.dataset.schema,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    persistAuthorization: false,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
});
