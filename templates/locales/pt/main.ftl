### Textos em português dos e-mails e das páginas (você). Só texto: a formatação fica nos modelos.
### Uma chave que termina em -before, -middle ou -after é parte de uma frase em volta de um link ou de palavras em negrito.

## Datas e horas

# Os algarismos de números e datas: “latn” para 0 a 9, “arab” para os árabes orientais, “arabext” para os persas.
number-digits = latn

month-1 = janeiro
month-2 = fevereiro
month-3 = março
month-4 = abril
month-5 = maio
month-6 = junho
month-7 = julho
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = dezembro

weekday-1 = segunda-feira
weekday-2 = terça-feira
weekday-3 = quarta-feira
weekday-4 = quinta-feira
weekday-5 = sexta-feira
weekday-6 = sábado
weekday-7 = domingo

date-long = { $day ->
    [1] 1º
   *[other] { $day }
} de { $month } de { $year }
date-weekday = { $weekday }, { $day ->
    [1] 1º
   *[other] { $day }
} de { $month } de { $year }
# Valores: $hour24 $hour12 $minute $half (am ou pm) $has_minutes (yes ou no); cada língua usa os de que precisa.
time-of-day = { $has_minutes ->
    [yes] { $hour24 }h{ $minute }
   *[no] { $hour24 }h
}
date-and-time = { $date }, { $time }

## Todas as páginas

page-title = { $state } – { $publisher }
page-error-title = Erro: { $title }
page-home = Voltar à página inicial
page-contact = Contato: { $contact }
imprint = Aviso legal
privacy = Privacidade

## Formulário de assinatura

form-heading = Receba { $newsletter } por e-mail
form-heading-generic = Assine as nossas newsletters
form-latest = Ver a última edição
form-email = E-mail
form-submit = Assinar
form-extra = Também { $newsletter }
form-extras-legend = Outras newsletters
form-choose-legend = Que newsletters você quer receber?
form-fine-print = Grátis, e você pode cancelar quando quiser. Primeiro enviamos um e-mail para você confirmar.
form-no-tracking = Não medimos se você abre os nossos e-mails.
form-honeypot = Deixe este campo vazio
form-error-address = Escreva o seu e-mail, por exemplo nome@exemplo.com
form-error-newsletter = Escolha pelo menos uma newsletter
form-hint-disposable = Este endereço parece funcionar só por alguns minutos. Se quiser mantê-lo, clique de novo no botão.
form-error-disposable = Este endereço funciona só por alguns minutos. Use um que vá manter.
form-busy = A enviar…
form-failed = Não foi possível. Tente novamente.
form-too-many = Demasiadas tentativas. Aguarde alguns minutos.

## Veja o seu e-mail

inbox-heading = Veja a sua caixa de entrada
inbox-sent = Se o endereço estiver certo, enviamos um e-mail para você. Clique no link que está nele para concluir.
inbox-lifetime = { $days ->
    [one] O link funciona por { $days } dia.
   *[other] O link funciona por { $days } dias.
}
inbox-help = Não recebeu o e-mail?
inbox-help-wait = Pode demorar alguns minutos. Veja também na pasta de spam.
inbox-help-sender = O remetente é { $sender }.
inbox-again = Escrever o endereço de novo

## Página de confirmação e o que vem depois

confirm-heading = Falta um clique
confirm-before = Confirme que
confirm-one-middle = deve receber
confirm-one-after = .
confirm-many-after = { " " }deve receber estas newsletters:
confirm-button = Sim, quero assinar
confirm-wrong = Foi engano? Basta fechar esta página.
confirm-auto = Esta página confirma sozinha depois de ficar 3 segundos à vista. Você pode clicar no botão agora mesmo ou fechar a página se for um engano.
confirm-auto-stop = Não confirmar automaticamente
hidden-link = Só para máquinas
hidden-heading = Não há nada a fazer aqui
hidden-why = Este link fica escondido nos nossos e-mails para que possamos distinguir máquinas, como antivírus, de pessoas. Nada mudou. Para confirmar a sua assinatura, volte ao e-mail e use o botão.

confirmed-heading = Assinatura confirmada
confirmed-one = A partir de agora você recebe { $newsletter }.
confirmed-next-before = Próxima edição:
confirmed-next-after = .
confirmed-next-unknown = A próxima edição chega assim que houver novidades.
confirmed-latest = Ler a última edição
confirmed-latest-of = Ler a última edição de { $newsletter }
readers-feed = { $newsletter } como feed, só para você (Atom)
readers-feed-ask = { $newsletter } como feed, só para você: enviar-me a minha ligação

already-confirmed-one = Você já recebe { $newsletter }
already-confirmed-many = Você já recebe estas newsletters
already-confirmed-note = Não é preciso fazer mais nada.

expired-heading = Este link expirou
expired-explanation = Os links funcionam só por alguns dias.
expired-resend = Enviar um novo link
expired-resend-note = Você não precisa escrever nada de novo.
expired-again = Assinar de novo

unknown-heading = Não conhecemos este link
unknown-explanation = Talvez tenha sido cortado: copie o endereço inteiro do e-mail.
unknown-again = Assinar de novo

ended-heading-one = { $newsletter } não existe mais
ended-heading-many = Estas newsletters não existem mais
ended-explanation = Não é mais possível assinar.
ended-others = Ver as nossas outras newsletters

## Cancelar

unsubscribe-heading = Cancelar { $newsletter }?
unsubscribe-note = Nada muda até você apertar o botão.
unsubscribe-button = Cancelar a assinatura
unsubscribed-heading = Você não recebe mais { $newsletter }
unsubscribed-note = Vale a partir de agora.
unsubscribed-mistake = Foi engano?
already-unsubscribed-heading = Você já tinha cancelado
already-unsubscribed-note = Você não recebe { $newsletter }.
subscribe-again = Assinar de novo

## Outras páginas

test-link-heading = Este link é de um exemplar de teste
test-link-note = Nada foi alterado. No e-mail que vai para os leitores, o link faz o que deve.
directory-heading = Newsletters
directory-open = Receber { $newsletter }
problem-status = Erro { $status }
problem-not-found = Esta página não existe
problem-not-found-detail = Verifique o endereço ou comece pela página inicial.
problem-invalid = Não conseguimos ler o pedido
problem-invalid-detail = Volte e envie o formulário de novo.
problem-too-large = Era grande demais
problem-too-large-detail = O formulário é maior do que este servidor aceita.
problem-unavailable = Estamos fora do ar por um momento
problem-unavailable-detail = Nada se perdeu. Tente de novo daqui a um minuto.
problem-internal = Algo deu errado do nosso lado
problem-internal-detail = Tente de novo. Se acontecer outra vez, avise: o erro ficou registrado.
problem-too-many = Demasiados pedidos
problem-too-many-detail = Chegam tantos pedidos da sua rede que fazemos uma pausa. Tente novamente mais tarde.

## Todos os e-mails

mail-kind = e-mail
mail-label = { $label }:
mail-sent-to = Este e-mail foi enviado para { $address }.
mail-imprint-line = Aviso legal: { $url }
mail-privacy-line = Privacidade: { $url }

## E-mail de confirmação

confirmation-subject = Confirme a assinatura: { $newsletter }
confirmation-subject-many = { $others ->
    [one] Confirme a assinatura: { $newsletter } e mais { $others }
   *[other] Confirme a assinatura: { $newsletter } e mais { $others }
}
confirmation-preheader = { $days ->
    [one] Falta só um clique. O link funciona por { $days } dia.
   *[other] Falta só um clique. O link funciona por { $days } dias.
}
confirmation-heading = Confirme a sua assinatura
confirmation-one-before = Você, ou outra pessoa, informou este endereço em { $site } para receber
confirmation-one-after = .
confirmation-many = Você, ou outra pessoa, informou este endereço em { $site } para receber estas newsletters:
confirmation-button = Ir para a confirmação
confirmation-copy = Ou copie este endereço para o navegador:
confirmation-until = O link funciona até { $date }.
confirmation-not-you = Não foi você? Então não faça nada. Não escreveremos de novo.

## E-mail para um endereço que já assina

already-subject = Você já recebe { $newsletter }
already-subject-many = { $others ->
    [one] Você já recebe { $newsletter } e mais { $others }
   *[other] Você já recebe { $newsletter } e mais { $others }
}
already-preheader = Não é preciso fazer mais nada.
already-one-before = Este endereço acaba de ser informado de novo para
already-one-after = . Você já recebe esta newsletter, por isso nada muda.
already-many = Este endereço acaba de ser informado de novo para estas newsletters. Você já as recebe, por isso nada muda.
already-not-you = Não foi você? Então não faça nada.
already-stop = Prefere cancelar?

## O resumo

digest-label = { $newsletter }, { $date }
digest-test = Teste: este exemplar foi enviado só para você.
digest-browser-link = Ver no navegador
digest-stories = { $count ->
    [one] { $count } notícia
   *[other] { $count } notícias
}
digest-reading-time = { $minutes ->
    [one] { $minutes }{ "\u00A0" }minuto de leitura
   *[other] { $minutes }{ "\u00A0" }minutos de leitura
}
digest-byline = Por { $names }
digest-story-time = { $minutes }{ "\u00A0" }min de leitura
digest-brief = Em poucas palavras
digest-all-stories = Todas as notícias em { $site }
digest-why = Por que você recebe este e-mail?
digest-ordered-before = Você assinou “{ $newsletter }” em
digest-ordered-frequency-before = Você assinou “{ $newsletter }” ({ $frequency }) em
digest-ordered-middle = com o endereço
digest-ordered-after = .
digest-unsubscribe = Cancelar { $newsletter }
digest-forwarded = Alguém encaminhou este e-mail para você?
digest-forwarded-link = Assine
digest-invite = { $newsletter } por e-mail
digest-invite-text = Esta edição também chega por e-mail.
digest-invite-link = Assinar { $newsletter }

## E-mail a quem recebeu um erro

correction-subject = Correção: { $title }
correction-heading = Correção
correction-about = A edição de { $date } continha o artigo «{ $title }».

## Durante um ataque às subscrições

proof-heading = Um momento, por favor
proof-why = Neste momento, máquinas estão a preencher o nosso formulário. Para que possamos distingui-lo delas, o seu navegador faz um pequeno cálculo.
proof-working = Demora alguns segundos e continua sozinho.
proof-without-script = O seu navegador não consegue fazê-lo, porque os scripts estão desligados ou indisponíveis. Tente novamente dentro de algumas horas, ou escreva para { $contact } e nós inscrevemos.

## E-mail à redação: ataque às subscrições

attack-subject = { $publisher }: as inscrições estão sob ataque
attack-heading = As inscrições estão sob ataque
attack-seen = Nos últimos { $minutes } minutos houve { $requests } inscrições; o normal são { $normal }, e a partir de { $threshold } consideramos um ataque.
attack-asked = Causaram { $asked } e-mails, dos quais { $confirmed } foram confirmados.
attack-now = A partir de agora, cada inscrição exige uma prova de trabalho, que os navegadores fazem sozinhos. Termina sozinha quando voltar a calma; não precisa de fazer nada. Depois pode remover quem veio com o ataque e nunca confirmou.
attack-look = Como está a situação
attack-purge = Quando acabar: o que seria removido

## E-mail para a redação: uma edição espera aprovação

approval-subject = Para aprovar: { $newsletter }: { $subject }
approval-heading = Uma edição espera a sua aprovação
approval-what = A próxima edição de { $newsletter } está pronta, com { $articles ->
    [one] { $articles } artigo
   *[other] { $articles } artigos
} para { $readers ->
    [one] { $readers } assinante
   *[other] { $readers } assinantes
}.
approval-when = O envio está previsto para { $date }, { $time } ({ $zone }).
approval-deadline-send_anyway = Se ninguém a segurar, ela sai depois de { $time } de { $date } mesmo sem aprovação.
approval-deadline-skip = Se ninguém a aprovar até { $time } de { $date }, ela não é enviada e os seus artigos passam para a próxima edição.
approval-deadline-hold = Se ninguém a aprovar até { $time } de { $date }, ela espera até que alguém o faça.
approval-look = Ver a edição
approval-approve = Aprovar
approval-hold = Segurar
approval-hash = A aprovação vale só para esta versão ({ $hash }). Se o conteúdo ou os leitores mudarem, perguntamos de novo e estes links deixam de funcionar.

## Páginas para a redação

review-approve-heading = Aprovar esta edição?
review-approve-note = Ela vai para { $readers ->
    [one] { $readers } assinante
   *[other] { $readers } assinantes
}.
review-approve-button = Sim, enviar
review-hold-heading = Segurar esta edição?
review-hold-note = Nada é enviado até que alguém a aprove ou libere. Ela se destina a { $readers ->
    [one] { $readers } assinante
   *[other] { $readers } assinantes
}.
review-hold-button = Sim, segurar
review-approved-heading = Aprovada
review-approved-note = A edição sai no seu horário, para { $readers ->
    [one] { $readers } assinante
   *[other] { $readers } assinantes
}.
review-held-heading = Retida
review-held-note = Nada da edição é enviado até que alguém a aprove ou libere.
review-changed-heading = A edição mudou
review-changed-note = Não é mais a versão de que tratava o seu e-mail. Veja a nova antes de aprovar.
review-closed-heading = Não há mais nada a decidir
review-closed-note = A edição não espera mais aprovação.
review-unknown-heading = Não conhecemos este link
review-unknown-note = Talvez tenha sido cortado, ou a edição mudou e você tem um e-mail mais novo.
review-warnings = { $count ->
    [one] { $count } observação sobre o e-mail (em inglês)
   *[other] { $count } observações sobre o e-mail (em inglês)
}
review-hash = Versão { $hash }

## O arquivo

archive-heading = Arquivo
archive-open = Ler edições anteriores
archive-none = Ainda não há nada para ler aqui.
archive-newsletter-heading = { $newsletter }: edições anteriores
archive-empty = Nenhuma edição foi enviada ainda.
archive-older = Edições mais antigas
archive-newest = Edições mais recentes
archive-feed = Como feed (Atom)
archive-all = Todas as newsletters

## Cancelamento: alternativas, e depois

unsubscribe-or = Ou:
unsubscribe-weekly = Antes uma vez por semana
unsubscribe-pause = Pausar durante um mês
unsubscribe-all = Cancelar todas as newsletters
pause-until = Até { $date } não recebe nada.
pause-open = Não recebe nada até a retomar.
done-weekly = Guardado. Passa a receber { $newsletter } uma vez por semana.
done-paused = Guardado. Até { $date } não recebe nada.
done-all = Já não recebe nenhuma newsletter.
done-undone = Volta a receber { $newsletter }, como antes.
done-too-late = Já não é possível anular. Pode subscrever de novo.
done-reason = Obrigado.
unsubscribed-undo = Anular
unsubscribed-undo-note = Durante 24 horas pode recuperá-la tal como estava.
unsubscribed-undo-wording = Anular
why-legend = Quer dizer-nos porquê? (facultativo)
why-too-many = Demasiados e-mails
why-not-interesting = Não me interessa
why-not-signed-up = Não me inscrevi
why-other = Outro motivo
why-send = Enviar
never-heading = Outra pessoa indicou o seu endereço?
never-note = Podemos excluí-lo para sempre: nenhuma newsletter, nenhum pedido de confirmação.
never-button = Nunca escrever para este endereço
never-done = Nunca mais escreveremos para este endereço.

## Digest

digest-preferences = Receber menos vezes, pausar ou alterar o que recebe

## Preferências

preferences-heading = As suas newsletters
preferences-saved-title = Guardado: { $title }
preferences-for = Para
preferences-suppressed = Este endereço está na lista daqueles para os quais nunca se envia nada.
preferences-none = Não recebe nenhuma newsletter.
preferences-since = desde { $date }
preferences-how = Frequência, língua, formato, pausa
preferences-every = Com que frequência?
every-newsletter = Como sai a newsletter
every-publication = Assim que algo é publicado
every-day = Uma vez por dia
every-weekday = De segunda a sexta-feira
every-week = Uma vez por semana
every-month = Uma vez por mês
preferences-when-note = O dia conta para «uma vez por semana»; a hora e o fuso horário, para todas menos as duas primeiras.
preferences-weekday = Dia da semana
preferences-hour = Hora
preferences-zone = Fuso horário
preferences-language = Língua dos e-mails sobre ela
preferences-format = Formato
preferences-html = Com imagens e grafismo
preferences-text = Só texto
preferences-save = Guardar
preferences-pause = Pausa até
preferences-pause-button = Pausar
preferences-resume = Retomar agora
preferences-more = Mais newsletters
preferences-join = Receber também esta
preferences-data = O seu endereço e os seus dados
preferences-address = Novo endereço de e-mail
preferences-address-button = Alterar endereço
preferences-address-note = Enviamos uma ligação para o novo endereço. Muda quando clicar nela; o antigo é avisado.
preferences-forwarded = As newsletters são reencaminhadas. Para ver ou alterar o seu endereço, peça que lhe enviemos uma nova ligação.
preferences-ask-link = Enviar-me a minha ligação
preferences-wrong-zone = Não conhecemos este fuso horário. Escolha um da lista, por exemplo Europe/Lisbon.
preferences-wrong-date = Escolha um dia entre amanhã e daqui a um ano.
preferences-done-saved = Guardado: { $newsletter }
preferences-done-paused = Guardado. { $newsletter } está em pausa.
preferences-done-joined = Passa a receber { $newsletter }.
preferences-done-left = Já não recebe { $newsletter }.
preferences-done-address = Se o novo endereço puder ser usado, enviámos-lhe uma ligação. O seu endereço muda quando clicar nela.
preferences-ask-heading = As suas newsletters e definições
preferences-ask-note = Indique o endereço ao qual chegam as suas newsletters. Enviamos-lhe uma ligação.
preferences-ask-again = Peça que lhe enviemos uma nova.
preferences-ask-button = Enviar-me a minha ligação
preferences-sent = Se conhecermos o endereço, enviámos-lhe uma ligação. Funciona durante 7 dias.

address-confirm-heading = Alterar o seu endereço?
address-confirm-note = As suas newsletters passam a chegar a { $address }.
address-confirm-button = Sim, alterar
address-stop-heading = Parar a alteração do endereço?
address-stop-note = Alguém pediu que as suas newsletters passem a chegar a { $address }.
address-stop-button = Sim, parar
address-done-heading = O seu endereço mudou
address-done-note = As suas newsletters chegam a { $address }.
address-stopped-heading = A alteração foi parada
address-stopped-note = As suas newsletters chegam onde chegavam antes.
address-taken-heading = Este endereço não pode ser usado
address-taken-note = Já pertence a alguém, ou não se pode escrever para ele. Nada mudou.

## E-mail com uma ligação pedida

link-preferences-subject = A sua ligação: newsletters de { $publisher }
link-preferences-heading = As suas newsletters e definições
link-preferences-note = Com esta ligação vê e altera o que recebe. Não a partilhe: quem a tiver pode agir em seu nome.
link-preferences-button = Para as minhas newsletters
link-new-subject = Confirme o seu novo endereço
link-new-note = As newsletters de { $publisher } devem passar a chegar a este endereço.
link-new-button = Para a alteração do endereço
link-old-subject = O seu endereço vai mudar
link-old-note = Alguém com a sua ligação pediu que as suas newsletters passem a chegar a { $address }. Muda quando a nova caixa de correio o confirmar.
link-old-button = Parar a alteração
link-taken-subject = Este endereço já recebe newsletters
link-taken-note = Alguém queria mudar as suas newsletters para este endereço. Já pertence a um leitor, por isso nada mudou. Com esta ligação vê o que chega aqui.
link-until = A ligação funciona até { $date }.
link-not-you = Não foi você? Então não faça nada.
link-old-not-you = Foi você? Então não precisa de fazer nada aqui.

## Exportação e eliminação

preferences-export = Descarregar todos os dados que temos sobre si (JSON)
preferences-erase = Apagar tudo
erase-heading = Apagar tudo?
erase-note = Deixa de receber newsletters e esquecemo-lo. Não é possível anular. Fica uma marca cifrada, para que mais ninguém indique o seu endereço; pode subscrever de novo a qualquer momento.
erase-button = Sim, apagar tudo
erase-back = Voltar às minhas newsletters
erase-done-heading = Tudo foi apagado
erase-done-note = Já não recebe newsletters, e já não temos nada sobre si.

## Registo do consentimento, para a redação

consent-heading = Prova do consentimento
consent-whole = A prova está completa e inalterada: o selo de cada entrada está correto.
consent-broken = Não se pode confiar nesta prova: há entradas alteradas ou em falta.
consent-address = Endereço
consent-newsletter = Newsletter
consent-issued = Emitido em
consent-time = Data e hora
consent-obtained = Consentimento dado em
consent-source = Chegou por
consent-wording = Texto do botão
consent-page = Página
consent-user-agent = Programa do cliente
consent-client = Endereço do cliente
consent-sealed = Selado mais tarde, em
consent-seal = Selo
consent-action-requested = Pedido
consent-action-confirmed = Confirmado
consent-action-withdrawn = Retirado
consent-action-added = Adicionado pela redação
consent-action-changed = Alterado
consent-action-restored = Restabelecido
consent-source-form = Formulário de inscrição
consent-source-json = Inscrição por um programa
consent-source-confirm-page = Página do link de confirmação
consent-source-unsubscribe-page = Página do link de cancelamento
consent-source-preferences = Página própria do leitor
consent-source-one-click = Botão do programa de correio
consent-source-api = Sistemas da redação
consent-source-demo = Demonstração
