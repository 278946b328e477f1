### Textos en español de los correos y las páginas (tuteo). Solo texto: el formato está en las plantillas.
### Una clave que acaba en -before, -middle o -after es parte de una frase en torno a un enlace o a palabras en negrita.

## Fechas y horas

# Las cifras de números y fechas: «latn» para 0 a 9, «arab» para las arábigas orientales, «arabext» para las persas.
number-digits = latn

month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo

date-long = { $day } de { $month } de { $year }
date-weekday = { $weekday }, { $day } de { $month } de { $year }
# Valores: $hour24 $hour12 $minute $half (am o pm) $has_minutes (yes o no); cada idioma usa los que necesita.
time-of-day = { $hour24 }:{ $minute } h
date-and-time = { $date }, { $time }

## Todas las páginas

page-title = { $state } – { $publisher }
page-error-title = Error: { $title }
page-home = Volver a la portada
page-contact = Contacto: { $contact }
imprint = Aviso legal
privacy = Privacidad

## Formulario de suscripción

form-heading = Recibe { $newsletter } por correo
form-heading-generic = Suscríbete a nuestros boletines
form-latest = Ver la última edición
form-email = Correo electrónico
form-submit = Suscribirme
form-extra = También { $newsletter }
form-extras-legend = Más boletines
form-choose-legend = ¿Qué boletines quieres recibir?
form-fine-print = Gratis. Puedes darte de baja cuando quieras. Primero te enviamos un correo para que confirmes.
form-no-tracking = No medimos si abres nuestros correos.
form-honeypot = Deja este campo vacío
form-error-address = Escribe tu correo electrónico, por ejemplo nombre@ejemplo.es
form-error-newsletter = Elige al menos un boletín
form-hint-disposable = Parece una dirección que solo funciona unos minutos. Si quiere conservarla, pulse de nuevo el botón.
form-error-disposable = Esta dirección solo funciona unos minutos. Use una que conserve.
form-busy = Enviando…
form-failed = No ha funcionado. Inténtelo de nuevo.
form-too-many = Demasiados intentos. Espere unos minutos.

## Mira tu correo

inbox-heading = Mira tu correo
inbox-sent = Si la dirección es correcta, te hemos enviado un correo. Haz clic en el enlace que contiene para terminar.
inbox-lifetime = { $days ->
    [one] El enlace funciona durante { $days } día.
   *[other] El enlace funciona durante { $days } días.
}
inbox-help = ¿No te ha llegado nada?
inbox-help-wait = Puede tardar unos minutos. Mira también en la carpeta de correo no deseado.
inbox-help-sender = El remitente es { $sender }.
inbox-again = Escribir la dirección otra vez

## Página de confirmación y lo que sigue

confirm-heading = Falta un clic
confirm-before = Confirma que
confirm-one-middle = quiere recibir
confirm-one-after = .
confirm-many-after = { " " }quiere recibir estos boletines:
confirm-button = Sí, quiero suscribirme
confirm-wrong = ¿Un error? Cierra esta página y listo.
confirm-auto = Esta página lo confirma por sí sola cuando lleva 3 segundos a la vista. Puedes pulsar el botón ya mismo o cerrar la página si es un error.
confirm-auto-stop = No confirmar automáticamente
hidden-link = Solo para máquinas
hidden-heading = Aquí no hay nada que hacer
hidden-why = Este enlace está oculto en nuestros correos para que podamos distinguir a las máquinas, como los antivirus, de las personas. No ha cambiado nada. Para confirmar tu suscripción, vuelve al correo y usa su botón.

confirmed-heading = Tu suscripción está confirmada
confirmed-one = Desde ahora recibes { $newsletter }.
confirmed-next-before = La próxima edición llega el
confirmed-next-after = .
confirmed-next-unknown = La próxima edición llega en cuanto haya algo nuevo.
confirmed-latest = Leer la última edición
confirmed-latest-of = Leer la última edición de { $newsletter }
readers-feed = { $newsletter } como feed, solo para ti (Atom)
readers-feed-ask = { $newsletter } como feed, solo para ti: enviarme mi enlace

already-confirmed-one = Ya recibes { $newsletter }
already-confirmed-many = Ya recibes estos boletines
already-confirmed-note = No tienes que hacer nada más.

expired-heading = Este enlace ha caducado
expired-explanation = Los enlaces solo funcionan unos días.
expired-resend = Enviar un enlace nuevo
expired-resend-note = No tienes que volver a escribir nada.
expired-again = Suscribirme de nuevo

unknown-heading = No conocemos este enlace
unknown-explanation = Quizá se cortó: copia la dirección completa del correo.
unknown-again = Suscribirme de nuevo

ended-heading-one = { $newsletter } ya no se publica
ended-heading-many = Estos boletines ya no se publican
ended-explanation = Ya no es posible suscribirse.
ended-others = Ver nuestros otros boletines

## Darse de baja

unsubscribe-heading = ¿Darte de baja de { $newsletter }?
unsubscribe-note = Nada cambia hasta que pulses el botón.
unsubscribe-button = Darme de baja
unsubscribed-heading = Ya no recibes { $newsletter }
unsubscribed-note = Tiene efecto inmediato.
unsubscribed-mistake = ¿Fue un error?
already-unsubscribed-heading = Ya te habías dado de baja
already-unsubscribed-note = No recibes { $newsletter }.
subscribe-again = Suscribirme otra vez

## Otras páginas

test-link-heading = Este enlace es de una copia de prueba
test-link-note = No se ha cambiado nada. En el correo que reciben los lectores, el enlace hace su trabajo.
directory-heading = Boletines
directory-open = Recibir { $newsletter }
problem-status = Error { $status }
problem-not-found = Esta página no existe
problem-not-found-detail = Comprueba la dirección o empieza desde la portada.
problem-invalid = No hemos podido leerlo
problem-invalid-detail = Vuelve atrás y envía el formulario otra vez.
problem-too-large = Era demasiado
problem-too-large-detail = El formulario es más grande de lo que acepta este servidor.
problem-unavailable = No estamos disponibles por un momento
problem-unavailable-detail = No se ha perdido nada. Inténtalo otra vez dentro de un minuto.
problem-internal = Algo ha fallado por nuestra parte
problem-internal-detail = Inténtalo otra vez. Si vuelve a pasar, avísanos: lo hemos anotado.
problem-too-many = Demasiadas solicitudes
problem-too-many-detail = Llegan tantas solicitudes de su red que hacemos una pausa. Inténtelo de nuevo más tarde.

## Todos los correos

mail-kind = correo electrónico
mail-label = { $label }:
mail-sent-to = Este correo se envió a { $address }.
mail-imprint-line = Aviso legal: { $url }
mail-privacy-line = Privacidad: { $url }

## Correo de confirmación

confirmation-subject = Confirma tu suscripción: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Confirma tu suscripción: { $newsletter } y { $others } más
   *[other] Confirma tu suscripción: { $newsletter } y { $others } más
}
confirmation-preheader = { $days ->
    [one] Solo falta un clic. El enlace funciona durante { $days } día.
   *[other] Solo falta un clic. El enlace funciona durante { $days } días.
}
confirmation-heading = Confirma tu suscripción
confirmation-one-before = Alguien, quizá tú, ha escrito esta dirección en { $site } para recibir
confirmation-one-after = .
confirmation-many = Alguien, quizá tú, ha escrito esta dirección en { $site } para recibir estos boletines:
confirmation-button = Ir a la confirmación
confirmation-copy = O copia esta dirección en tu navegador:
confirmation-until = El enlace funciona hasta el { $date }.
confirmation-not-you = ¿No has sido tú? Entonces no hagas nada. No volveremos a escribirte.

## Correo a una dirección ya suscrita

already-subject = Ya recibes { $newsletter }
already-subject-many = { $others ->
    [one] Ya recibes { $newsletter } y { $others } más
   *[other] Ya recibes { $newsletter } y { $others } más
}
already-preheader = No tienes que hacer nada más.
already-one-before = Esta dirección se acaba de escribir otra vez para
already-one-after = . Ya recibes este boletín, así que nada cambia.
already-many = Esta dirección se acaba de escribir otra vez para estos boletines. Ya los recibes, así que nada cambia.
already-not-you = ¿No has sido tú? Entonces no hagas nada.
already-stop = ¿Prefieres darte de baja?

## El resumen

digest-label = { $newsletter }, { $date }
digest-test = Prueba: esta copia se te ha enviado solo a ti.
digest-browser-link = Ver en el navegador
digest-stories = { $count ->
    [one] { $count } noticia
   *[other] { $count } noticias
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minuto de lectura
   *[other] { $minutes }{ "\u00A0" }minutos de lectura
}
digest-byline = Por { $names }
digest-story-time = { $minutes }{ "\u00A0" }min de lectura
digest-brief = En breve
digest-all-stories = Todas las noticias en { $site }
digest-why = ¿Por qué recibes este correo?
digest-ordered-before = Te suscribiste a «{ $newsletter }» el
digest-ordered-frequency-before = Te suscribiste a «{ $newsletter }» ({ $frequency }) el
digest-ordered-middle = con la dirección
digest-ordered-after = .
digest-unsubscribe = Darme de baja de { $newsletter }
digest-forwarded = ¿Te lo han reenviado?
digest-forwarded-link = Suscríbete
digest-invite = { $newsletter } por correo
digest-invite-text = Esta edición también llega por correo.
digest-invite-link = Suscribirme a { $newsletter }

## Correo a quienes recibieron un error

correction-subject = Rectificación: { $title }
correction-heading = Rectificación
correction-about = La edición del { $date } incluía el artículo «{ $title }».

## Durante un ataque a las suscripciones

proof-heading = Un momento, por favor
proof-why = En este momento hay máquinas que rellenan nuestro formulario. Para que podamos distinguirle de ellas, su navegador hace un pequeño cálculo.
proof-working = Tarda unos segundos y continúa por sí solo.
proof-without-script = Su navegador no puede hacerlo, porque los scripts están desactivados o no disponibles. Inténtelo de nuevo dentro de unas horas, o escriba a { $contact } y le inscribiremos.

## Correo a la redacción: ataque a las suscripciones

attack-subject = { $publisher }: las suscripciones están siendo atacadas
attack-heading = Las suscripciones están siendo atacadas
attack-seen = En los últimos { $minutes } minutos hubo { $requests } suscripciones; lo normal son { $normal }, y a partir de { $threshold } lo consideramos un ataque.
attack-asked = Provocaron { $asked } correos, de los que se confirmaron { $confirmed }.
attack-now = Desde ahora, cada suscripción necesita una prueba de trabajo, que los navegadores hacen por sí solos. Termina por sí sola cuando vuelve la calma; no tiene que hacer nada. Después puede eliminar a quienes llegaron con el ataque y nunca confirmaron.
attack-look = Cómo está la situación
attack-purge = Cuando termine: qué se eliminaría

## Correo a la redacción: una edición espera aprobación

approval-subject = Por aprobar: { $newsletter }: { $subject }
approval-heading = Una edición espera tu aprobación
approval-what = La próxima edición de { $newsletter } está lista, con { $articles ->
    [one] un artículo
   *[other] { $articles } artículos
} para { $readers ->
    [one] una persona suscrita
   *[other] { $readers } personas suscritas
}.
approval-when = El envío está previsto para el { $date }, { $time } ({ $zone }).
approval-deadline-send_anyway = Si nadie la retiene, se envía después de las { $time } del { $date } también sin aprobación.
approval-deadline-skip = Si nadie la ha aprobado antes de las { $time } del { $date }, no se envía y sus artículos pasan a la siguiente edición.
approval-deadline-hold = Si nadie la ha aprobado antes de las { $time } del { $date }, espera hasta que alguien lo haga.
approval-look = Ver la edición
approval-approve = Aprobar
approval-hold = Retener
approval-hash = La aprobación vale solo para esta versión ({ $hash }). Si cambian el contenido o los destinatarios, preguntamos otra vez y estos enlaces dejan de funcionar.

## Páginas para la redacción

review-approve-heading = ¿Aprobar esta edición?
review-approve-note = Se envía a { $readers ->
    [one] una persona suscrita
   *[other] { $readers } personas suscritas
}.
review-approve-button = Sí, enviarla
review-hold-heading = ¿Retener esta edición?
review-hold-note = No se envía nada hasta que alguien la apruebe o la libere. Está destinada a { $readers ->
    [one] una persona suscrita
   *[other] { $readers } personas suscritas
}.
review-hold-button = Sí, retenerla
review-approved-heading = Aprobada
review-approved-note = La edición se envía a su hora, a { $readers ->
    [one] una persona suscrita
   *[other] { $readers } personas suscritas
}.
review-held-heading = Retenida
review-held-note = No se envía nada de la edición hasta que alguien la apruebe o la libere.
review-changed-heading = La edición ha cambiado
review-changed-note = No es la versión de la que trataba tu correo. Mira la nueva antes de aprobarla.
review-closed-heading = Ya no hay nada que decidir
review-closed-note = La edición ya no espera aprobación.
review-unknown-heading = No conocemos este enlace
review-unknown-note = Quizá se cortó, o la edición ha cambiado y tienes un correo más reciente.
review-warnings = { $count ->
    [one] { $count } observación sobre el correo (en inglés)
   *[other] { $count } observaciones sobre el correo (en inglés)
}
review-hash = Versión { $hash }

## El archivo

archive-heading = Archivo
archive-open = Leer ediciones anteriores
archive-none = Todavía no hay nada que leer aquí.
archive-newsletter-heading = { $newsletter }: ediciones anteriores
archive-empty = Todavía no se ha enviado ninguna edición.
archive-older = Ediciones anteriores
archive-newest = Ediciones más recientes
archive-feed = Como canal (Atom)
archive-all = Todos los boletines

## Baja: alternativas, y después

unsubscribe-or = O bien:
unsubscribe-weekly = Mejor una vez a la semana
unsubscribe-pause = Pausar un mes
unsubscribe-all = Cancelar todos los boletines
pause-until = No recibirá nada hasta el { $date }.
pause-open = No recibirá nada hasta que lo reanude.
done-weekly = Guardado. Ahora recibe { $newsletter } una vez a la semana.
done-paused = Guardado. No recibirá nada hasta el { $date }.
done-all = Ya no recibe ningún boletín.
done-undone = Vuelve a recibir { $newsletter }, como antes.
done-too-late = Ya no se puede deshacer. Puede suscribirse de nuevo.
done-reason = Gracias.
unsubscribed-undo = Deshacer
unsubscribed-undo-note = Durante 24 horas puede recuperarlo tal como estaba.
unsubscribed-undo-wording = Deshacer
why-legend = ¿Nos dice por qué? (opcional)
why-too-many = Demasiados correos
why-not-interesting = No me interesa
why-not-signed-up = No me suscribí
why-other = Otro motivo
why-send = Enviar
never-heading = ¿Otra persona puso su dirección?
never-note = Podemos bloquearla para siempre: ni boletines ni peticiones de confirmación.
never-button = No escribir nunca a esta dirección
never-done = No volveremos a escribir a esta dirección.

## Digest

digest-preferences = Recibirlo menos, pausarlo o cambiar lo que recibe

## Preferencias

preferences-heading = Sus boletines
preferences-saved-title = Guardado: { $title }
preferences-for = Para
preferences-suppressed = Esta dirección está en la lista de aquellas a las que nunca se envía nada.
preferences-none = No recibe ningún boletín.
preferences-since = desde el { $date }
preferences-how = Frecuencia, idioma, formato, pausa
preferences-every = ¿Con qué frecuencia?
every-newsletter = Cuando sale el boletín
every-publication = En cuanto se publica algo
every-day = Una vez al día
every-weekday = De lunes a viernes
every-week = Una vez a la semana
every-month = Una vez al mes
preferences-when-note = El día vale para «una vez a la semana»; la hora y la zona horaria, para todas menos las dos primeras.
preferences-weekday = Día de la semana
preferences-hour = Hora
preferences-zone = Zona horaria
preferences-language = Idioma de los correos sobre él
preferences-format = Formato
preferences-html = Con imágenes y diseño
preferences-text = Solo texto
preferences-save = Guardar
preferences-pause = Pausa hasta el
preferences-pause-button = Pausar
preferences-resume = Reanudar ahora
preferences-more = Más boletines
preferences-join = Recibir también este
preferences-data = Su dirección y sus datos
preferences-address = Nueva dirección de correo
preferences-address-button = Cambiar dirección
preferences-address-note = Enviamos un enlace a la nueva dirección. Cambia cuando lo pulse; avisamos a la antigua.
preferences-forwarded = Los boletines se reenvían. Para ver o cambiar su dirección, pida que le enviemos allí un enlace nuevo.
preferences-ask-link = Enviarme mi enlace
preferences-wrong-zone = No conocemos esa zona horaria. Elija una de la lista, como Europe/Madrid.
preferences-wrong-date = Elija un día entre mañana y dentro de un año.
preferences-done-saved = Guardado: { $newsletter }
preferences-done-paused = Guardado. { $newsletter } está en pausa.
preferences-done-joined = Ahora recibe { $newsletter }.
preferences-done-left = Ya no recibe { $newsletter }.
preferences-done-address = Si la nueva dirección se puede usar, le hemos enviado un enlace. Su dirección cambia cuando lo pulse.
preferences-ask-heading = Sus boletines y ajustes
preferences-ask-note = Escriba la dirección a la que llegan sus boletines. Le enviamos un enlace.
preferences-ask-again = Pida que le enviemos uno nuevo.
preferences-ask-button = Enviarme mi enlace
preferences-sent = Si conocemos la dirección, le hemos enviado un enlace. Funciona durante 7 días.

address-confirm-heading = ¿Cambiar su dirección?
address-confirm-note = Sus boletines llegarán a { $address }.
address-confirm-button = Sí, cambiarla
address-stop-heading = ¿Detener el cambio de dirección?
address-stop-note = Alguien pidió que sus boletines lleguen desde ahora a { $address }.
address-stop-button = Sí, detenerlo
address-done-heading = Su dirección ha cambiado
address-done-note = Sus boletines llegan a { $address }.
address-stopped-heading = El cambio se ha detenido
address-stopped-note = Sus boletines llegan adonde llegaban antes.
address-taken-heading = Esta dirección no se puede usar
address-taken-note = Ya pertenece a otra persona o no se le puede escribir. No ha cambiado nada.

## Correo con un enlace solicitado

link-preferences-subject = Su enlace: boletines de { $publisher }
link-preferences-heading = Sus boletines y ajustes
link-preferences-note = Con este enlace ve y cambia lo que recibe. No lo comparta: quien lo tenga puede actuar en su nombre.
link-preferences-button = A mis boletines
link-new-subject = Confirme su nueva dirección
link-new-note = Los boletines de { $publisher } llegarán desde ahora a esta dirección.
link-new-button = Al cambio de dirección
link-old-subject = Su dirección va a cambiar
link-old-note = Alguien con su enlace pidió que sus boletines lleguen desde ahora a { $address }. Cambiará cuando el nuevo buzón lo confirme.
link-old-button = Detener el cambio
link-taken-subject = Esta dirección ya recibe boletines
link-taken-note = Alguien quería trasladar sus boletines a esta dirección. Ya pertenece a una persona suscrita, así que no ha cambiado nada. Con este enlace ve lo que llega aquí.
link-until = El enlace funciona hasta el { $date }.
link-not-you = ¿No fue usted? Entonces no haga nada.
link-old-not-you = ¿Fue usted? Entonces no tiene que hacer nada aquí.

## Exportación y supresión

preferences-export = Descargar todos los datos que tenemos sobre usted (JSON)
preferences-erase = Borrarlo todo
erase-heading = ¿Borrarlo todo?
erase-note = No recibirá más boletines y le olvidaremos. No se puede deshacer. Queda una marca cifrada para que nadie más vuelva a poner su dirección; usted puede suscribirse cuando quiera.
erase-button = Sí, borrarlo todo
erase-back = Volver a mis boletines
erase-done-heading = Todo está borrado
erase-done-note = No recibe más boletines y ya no guardamos nada sobre usted.

## Registro del consentimiento, para la redacción

consent-heading = Constancia del consentimiento
consent-whole = La constancia está completa y sin cambios: el sello de cada entrada es correcto.
consent-broken = La constancia no es fiable: hay entradas modificadas o que faltan.
consent-address = Dirección
consent-newsletter = Boletín
consent-issued = Emitido
consent-time = Fecha y hora
consent-obtained = Consentimiento dado el
consent-source = Llegó por
consent-wording = Texto del botón
consent-page = Página
consent-user-agent = Programa del cliente
consent-client = Dirección del cliente
consent-sealed = Sellado más tarde, el
consent-seal = Sello
consent-action-requested = Solicitado
consent-action-confirmed = Confirmado
consent-action-withdrawn = Retirado
consent-action-added = Añadido por la redacción
consent-action-changed = Modificado
consent-action-restored = Restablecido
consent-source-form = Formulario de suscripción
consent-source-json = Suscripción por un programa
consent-source-confirm-page = Página del enlace de confirmación
consent-source-unsubscribe-page = Página del enlace de baja
consent-source-preferences = Página propia del lector
consent-source-one-click = Botón del programa de correo
consent-source-api = Sistemas de la redacción
consent-source-demo = Demostración
