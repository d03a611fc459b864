const place = document.getElementById("docs");
SwaggerUIBundle({ url: place.dataset.openapi, domNode: place, deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
